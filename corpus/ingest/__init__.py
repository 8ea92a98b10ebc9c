"""Official files in: PDF, scans, DOCX, HTML, TXT and Markdown made documents of numbered clauses.

reader.py      the door: files are read in a child process that can be stopped
safety.py      what a file is, and whether it may be opened
pdf.py scan.py office.py web.py plain.py      one reader a format, all to ``reading.Reading``
paragraphs.py  page furniture and contents out, broken lines joined
headings.py    the grammar of heading marks
metadata.py    title, number, issuer, dates
tree.py        clauses, tables, terms
store.py       added documents on disk
facsimile.py   a page of an added PDF as an image
"""

from corpus.ingest.assemble import META, amend, assemble, content_hash
from corpus.ingest.reader import Reader
from corpus.ingest.safety import Limits, shown_name
from corpus.ingest.store import head, held, held_hashes, keep, save, version_id

__all__ = [
    "META",
    "Limits",
    "Reader",
    "amend",
    "assemble",
    "content_hash",
    "head",
    "held",
    "held_hashes",
    "keep",
    "save",
    "shown_name",
    "version_id",
]
