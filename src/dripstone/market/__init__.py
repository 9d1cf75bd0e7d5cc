"""The trading calendar, the minutes of a session, the trading rules."""
