"""What a service's API is, as an OpenAPI document that is made of its views (decision 036)."""
