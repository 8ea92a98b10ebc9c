"""How good the product is: question sets, measures, baselines and gates. ``python -m evals.run`` measures it all."""
