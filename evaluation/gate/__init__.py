"""May a version go live? The evidence, the policy and the decision."""
