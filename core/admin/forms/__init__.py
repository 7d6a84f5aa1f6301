"""Inputs made from declarations: plans, controls, pickers, what was typed."""
