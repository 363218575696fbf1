set -eu
rm -rf ~/disk
mkdir -p ~/disk/data/cache/.old ~/disk/data/logs/2025 ~/disk/data/media
cd ~/disk/data
# Holes take no room.
truncate -s 5242880 'media/holiday film.mov'
truncate -s 3145728 logs/2025/mail.log
truncate -s 900000 logs/today.log
truncate -s 2097152 cache/video.part
truncate -s 1048577 cache/.old/index.bin
truncate -s 1048576 cache/thumbs.db
ln -s 'holiday film.mov' media/latest.mov
