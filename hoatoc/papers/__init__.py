"""What leaves the system as a file: report workbooks, the summary as workbook and official paper, charts."""
