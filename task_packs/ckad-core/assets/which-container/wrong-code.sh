# The reason of the end instead of its exit code.
set -eu
echo labels >~/clinic/container
echo Error >~/clinic/exit-code
echo printer 7 is out of paper >~/clinic/log
