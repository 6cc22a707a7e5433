"""The engine that runs everything in containers, through Docker Compose."""
