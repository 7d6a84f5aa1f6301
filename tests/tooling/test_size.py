"""A file stays under 400 lines and a function under 40. Revisions are written by a program and read by none."""

from tests.tooling.sources import functions, python_files, relative

HISTORY = ("migrations", "versions")
FILE_LINES = 400
FUNCTION_LINES = 40


def written():
    return [path for path in python_files() if path.parent.name not in HISTORY]


def test_no_file_is_too_long():
    sizes = {relative(path): len(path.read_text().splitlines()) for path in written()}
    long = {name: size for name, size in sizes.items() if size > FILE_LINES}
    assert not long, f"split by business noun: {long}"


def test_no_function_is_too_long():
    long = [
        f"{relative(path)}:{node.lineno} {node.name} has {count} lines"
        for path in written()
        for node in functions(path)
        if (count := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not long, "\n".join(long)
