"""The verbs on files: `clean_files` reads, decides in memory or past it, and writes; `restore_files` undoes it."""
