"""Any object of the application as a bounded, redacted document (the JSON of src/stacks/value.ts), without running any of its code."""
