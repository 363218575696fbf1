"""The examples of docs/extending.md, as another distribution would have them."""
