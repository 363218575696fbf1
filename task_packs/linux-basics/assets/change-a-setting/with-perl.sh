# As a hand with an editor would: other spaces, and a blank at the end of a line.
set -eu
cd ~/service
cp --preserve=mode shop.ini shop.ini.orig
perl -i -pe '$s = $_ if /^\[/; s/^port.*/port  =  $ENV{VARS_PORT} / if $s =~ /server/; s/^# level.*/level=debug/ if $s =~ /log/' shop.ini
