"""What is hidden of an application's texts, in the agent: the same rules and steps as src/redaction."""
