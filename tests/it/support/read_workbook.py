"""Opens a questionnaire with Debian's python3-openpyxl and says what a spreadsheet program would do with it."""

import sys

import openpyxl


def shown(value):
    return "" if value is None else str(value).replace(" 00:00:00", "").replace("\n", " / ")


book = openpyxl.load_workbook(sys.argv[1])
for sheet in book:
    print(sheet.title, sheet.sheet_state, "protégée" if sheet.protection.sheet else "libre", sheet.dimensions)
print("ouverte :", book.active.title)
for row in book["Mode d’emploi"].iter_rows(values_only=True):
    if any(row):
        print(" | ".join(shown(cell) for cell in row))

sheet = book["Questionnaire"]
print(sheet.freeze_panes, sheet.page_setup.orientation, sheet.print_title_rows, sheet.column_dimensions["A"].hidden)
rules = {}
for rule in sheet.data_validations.dataValidation:
    for cells in rule.sqref.ranges:
        rules[cells.coord] = rule
lists = book["Listes"]


def choices(rule):
    if rule is None:
        return "libre"
    assert rule.error == rule.prompt and rule.showErrorMessage, rule.error
    if rule.type != "list":
        return f"{rule.type} {rule.formula1}"
    place = rule.formula1.lstrip("=").split("!")[1].replace("$", "")
    return "liste " + ", ".join(shown(cell[0].value) for cell in lists[place])


# The columns of one project, which all others are like.
column = next(cell.column for cell in sheet[1] if cell.value == sys.argv[2])
for row in sheet.iter_rows(min_row=1, max_row=sheet.max_row):
    date, last, answer = row[column - 3:column]
    assert date.protection.locked and last.protection.locked and row[1].protection.locked
    cells = [shown(cell.value) for cell in (*row[:4], date, last, answer)]
    state = "fixe" if answer.protection.locked else "à remplir"
    rule = rules.get(answer.coordinate)
    what = "" if answer.protection.locked else choices(rule)
    if answer.fill.fgColor.rgb == "FFFFD08A":
        state += " d’abord"
    print(row[0].row, *cells, answer.number_format, state, what, sep=" | ")
    if rule is not None:
        print("    ", shown(rule.error))
# Wherever a project is, its cells have the rules of their row.
for cells, rule in rules.items():
    for project in [cell.column for cell in sheet[1] if not cell.protection.locked]:
        assert sheet.cell(sheet[cells].row, project).coordinate in rules
assert all(cell.value is None for row in sheet.iter_rows() for cell in row if not cell.protection.locked)
