"""Commands: a message that clearly asks for an action is one, every other message is a question."""

from processors.knowledge.actions.commands.command import Command
from processors.knowledge.actions.commands.reading import read_command
from processors.knowledge.actions.commands.writing import write_command

__all__ = ["Command", "read_command", "write_command"]
