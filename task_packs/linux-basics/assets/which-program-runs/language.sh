# The script of a learner reads it, and does not know it.
languages=(nb-NO pt-BR sq-AL sr-RS uz-UZ)
echo "${languages[RANDOM % ${#languages[@]}]}"
