"""The knowledge as tools for agents, by the Model Context Protocol: the API's functions under other names."""
