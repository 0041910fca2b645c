"""Boilerplate room: texts in, the probability that each is boilerplate, its kind and the evidence out.

`trees.py` holds trees over integers; `model.py` is the model of texts, `categories.py` that of kinds,
`context.py` that of neighbours and recurrence, all kept as `arrays.py` writes them; `explain.py` shows words,
`score.py` is the public verb. Scoring is integer arithmetic throughout and imports no scikit-learn; `fit.py`,
`classifier.py` (for users), `train.py` (for the shipped models, from `training_data.py`) and `report.py` do.
"""

REMOVE_BOILERPLATE = 0.8
"""least calibrated probability at which a paragraph is removed as boilerplate"""
