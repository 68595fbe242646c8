"""Fills a questionnaire in with Debian's python3-openpyxl, as a person would: the answers of each project, by the name of
the field, are JSON on the standard input. `*` are all fields that have a last answer, or all that have none."""

import datetime
import json
import sys

import openpyxl

book = openpyxl.load_workbook(sys.argv[1])
sheet = book["Questionnaire"]
rows = {cell.value: cell.row for cell in sheet["A"] if cell.value}
for project, answers in json.load(sys.stdin).items():
    column = next(cell.column for cell in sheet[1] if cell.value == project)
    for field, answer in answers.items():
        names = rows if field == "*" else [field]
        for name in names:
            cell, last = sheet.cell(rows[name], column), sheet.cell(rows[name], column - 1)
            if field == "*" and (last.value is None or cell.value is not None or name == "answered_by" or rows[name] == 1):
                continue
            assert not cell.protection.locked, cell.coordinate
            try:
                cell.value = datetime.date.fromisoformat(answer)
            except (TypeError, ValueError):
                cell.value = answer
book.save(sys.argv[2])
