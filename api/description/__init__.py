"""What completes the API's description: the rules of schemas in their right words, and examples."""
