"""Addresses below a list where its records are changed: its cells, many at once, files taken in."""

from __future__ import annotations

from core.admin.edits import bulk, cells, jobs
from core.admin.imports import pages as imports

ROUTES = (
    ("/<path:path>/cells/<int:record_id>/<name>", "GET", cells.cell_form),
    ("/<path:path>/cells/<int:record_id>/<name>", "POST", cells.save_cell),
    ("/<path:path>/edit", "POST", bulk.edit_selected),
    ("/<path:path>/edits/<int:edit_id>", "GET", jobs.show_edit),
    ("/<path:path>/edits/<int:edit_id>/run", "POST", jobs.run_edit),
    ("/<path:path>/edits/<int:edit_id>/cancel", "POST", jobs.cancel_edit),
    ("/<path:path>/edits/<int:edit_id>/undo", "POST", jobs.undo_edit),
    ("/<path:path>/edits/<int:edit_id>/remove", "POST", jobs.remove_edit),
    ("/<path:path>/edits/<int:edit_id>/progress", "GET", jobs.edit_progress),
    ("/<path:path>/edits/<int:edit_id>/refused.csv", "GET", jobs.refused_records),
    ("/<path:path>/import", "GET", imports.import_form),
    ("/<path:path>/import", "POST", imports.import_file),
    ("/<path:path>/import/<int:import_id>", "GET", imports.show_import),
    ("/<path:path>/import/<int:import_id>/columns", "POST", imports.map_columns),
    ("/<path:path>/import/<int:import_id>/check", "POST", imports.check_import),
    ("/<path:path>/import/<int:import_id>/run", "POST", imports.run_import),
    ("/<path:path>/import/<int:import_id>/undo", "POST", imports.undo_import),
    ("/<path:path>/import/<int:import_id>/remove", "POST", imports.remove_import),
    ("/<path:path>/import/<int:import_id>/progress", "GET", imports.import_progress),
    ("/<path:path>/import/<int:import_id>/faults.csv", "GET", imports.faulty_rows),
)
