"""For other people's pipelines: columns of polars, pandas, Arrow and datasets; scikit-learn; datatrove.

`columns` needs nothing but what the columns are of; the other modules need the package that they are named after.
"""
