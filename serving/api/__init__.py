"""The routes and the shapes of what goes over them: OpenAI's, and the service's own."""
