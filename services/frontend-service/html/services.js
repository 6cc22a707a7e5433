// Generated from config/generated/services.js.j2 and hdms/catalog.py by `inv generate`: edit those.
const SERVICES = ["user-service", "ticket-service", "communication-service", "file-service", "task-service"];
