set -eu
rm -rf ~/bisect
mkdir -p ~/bisect
cd ~/bisect
git init --quiet prices
cd prices
git symbolic-ref HEAD refs/heads/main
git config user.name Learner
git config user.email learner@shop.example
git config commit.gpgsign false
git config core.editor true

price() { # VERSION EXPRESSION
  printf '#!/bin/bash\n# usage: price.sh COUNT CENTS\n'
  printf 'if [ "$1" = --version ]; then\n  echo "price.sh %s"\n  exit\nfi\n\n\n\n' "$1"
  printf 'count=$1\ncents=$2\n\n\n\n'
  printf 'echo $((%s))\n' "$2"
}
file() { # PATH, the content by stdin
  content=$(cat; echo .)
  content=${content%.}
  printf 'M 100644 inline %s\ndata %d\n%s\n' "$1" "${#content}" "$content"
}
commit() { # NUMBER MESSAGE, the changes by stdin
  printf 'commit refs/heads/main\nmark :%d\ncommitter Kim <kim@shop.example> %d +0000\n' "$1" $((1767225600 + 3600 * $1))
  printf 'data %d\n%s\n' "${#2}" "$2"
  [ "$1" = 1 ] || printf 'from :%d\n' $(($1 - 1))
  cat
}

# All commits in one stream: forty runs of `git commit` would take seconds.
{
  price 1 'count * cents' | file price.sh | commit 1 'Compute prices'
  printf 'reset refs/tags/v1\nfrom :1\n\n'
  for number in $(seq 2 41); do
    {
      # The commit with the mistake changes nothing else, so that to undo it takes away nothing else.
      [ "$number" = "$VARS_BAD" ] || echo "note $((number - 1))" | file "notes/$((number - 1)).txt"
      case $number in
      9) price 1 '(count * cents)' | file price.sh ;;
      "$VARS_BAD") price 1 '(count * cents) - count / 2' | file price.sh ;;
      33) price 2 '(count * cents) - count / 2' | file price.sh ;;
      esac
    } | commit "$number" "Tidy up, part $((number - 1))"
  done
} | git fast-import --quiet
git reset --quiet --hard main
