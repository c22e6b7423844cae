"""What platform and tenants see of a model: what all share, and of what a tenant adds, each its own."""

from ggen_rdf.view.views import View, Views, open_views

__all__ = ["View", "Views", "open_views"]
