"""The list of BeerXML files read; its collection action is the import."""

from core.api import resource

from .models import BeerXmlImport

imports = resource(
    "brewing.import",
    BeerXmlImport,
    path="brewing/imports",
    title="BeerXML files",
    label="file_name",
    list=("created_at", "file_name", "records", "created", "updated"),
    sort="-id",
    icon="file-up",
    writable=False,
)
