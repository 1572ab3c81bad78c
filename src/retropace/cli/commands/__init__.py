"""The commands, one module each, named after the command. A module is imported when its command is called."""
