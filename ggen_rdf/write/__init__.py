"""From artefacts to files: `plan` decides, `apply` writes, `manifest` and `state` remember."""
