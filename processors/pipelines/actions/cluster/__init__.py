"""Actions in a Kubernetes cluster, each with the rights of the person who asks."""
