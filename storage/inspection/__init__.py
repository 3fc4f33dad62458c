"""Is an upload a document that eBox accepts? In this release: a sound, readable PDF and nothing else.

`UploadInspector.inspect` is the way in. The parsing of what strangers send happens in processes of its own,
limited in memory and time, that are given a read-only descriptor of the upload and nothing else.
"""

from storage.inspection.inspector import UploadInspector
from storage.inspection.report import Finding, InspectionReport

__all__ = ["Finding", "InspectionReport", "UploadInspector"]
