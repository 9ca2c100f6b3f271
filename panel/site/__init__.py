"""The site: every page a reader gets, made of approved publications and of nothing else.

Read in this order: `model` (what a site is), `gathering` (from run folders to a model), `tools` and `pairs` (histories
and comparisons without a run of their own), `planning` (every file of a site), `building` (the folder, in one step),
`checking` (what is wrong with a built site).

Not here: who may approve what (`panel.editorial`), and the votes and addresses of readers (`panel.readers`).
"""
