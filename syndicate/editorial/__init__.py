"""From an editor's file to a valid, sanitised, English Summary, or to every error of that file."""
