# System-wide .bashrc: the learner's home is an empty tmpfs, so all comfort comes from here.
case $- in *i*) ;; *) return ;; esac

# An engine's exec sets HOME and nothing else of what a login would.
export USER="${USER:-$(id -un)}" LOGNAME="${LOGNAME:-$(id -un)}"

# learner@host:~$ in green and blue, root's # in red; \[ \] keep readline's idea of its width right.
if [ "$EUID" -eq 0 ]; then
  PS1='\[\e[1;31m\]\u@\h\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]# '
else
  PS1='\[\e[1;32m\]\u@\h\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]\$ '
fi
PROMPT_DIRTRIM=3

shopt -s checkwinsize histappend
HISTCONTROL=ignoreboth
HISTSIZE=10000
HISTFILESIZE=10000

alias ls='ls --color=auto' ll='ls -alF' grep='grep --color=auto'

if [ -f /usr/share/bash-completion/bash_completion ]; then
  . /usr/share/bash-completion/bash_completion
fi
