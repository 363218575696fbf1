shuf -n 1 -e bkp bku bak bps
