"""Prompts and policy are files beside this one that a support lead can edit; `render` fills a prompt's `$names`."""
