set -eu
rm -rf ~/disk
mkdir -p ~/disk/data/cache/.old ~/disk/data/logs/2025 ~/disk/data/media
cd ~/disk/data
fill() { head -c "$1" /dev/zero >"$2"; } # not a hole, which `du` would not count
fill 5242880 "media/trip to the $VARS_PLACE.mov"
fill 3145728 logs/2025/mail.log
fill 900000 logs/today.log
fill 2097152 cache/video.part
fill 1048577 "cache/.old/$VARS_INDEX.bin"
fill 1048576 cache/thumbs.db
ln -s "trip to the $VARS_PLACE.mov" media/latest.mov
