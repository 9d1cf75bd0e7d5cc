"""The doors: each turns a command, a click or a tool call into one verb and shows the answer."""
