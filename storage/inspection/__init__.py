"""Is an upload a document that eBox accepts: sound, readable, and of the media type that it is said to be?

`UploadInspector.inspect` is the way in. The parsing of what strangers send happens in processes of its own,
limited in memory and time, that are given a read-only descriptor of the upload and nothing else; but for a
place to put embedded files where these are to be scanned for malware (`UploadScanning`).
"""

from storage.inspection.inspector import UploadInspector
from storage.inspection.report import Finding, InspectionReport
from storage.inspection.scanning import UploadScanning

__all__ = ["Finding", "InspectionReport", "UploadInspector", "UploadScanning"]
