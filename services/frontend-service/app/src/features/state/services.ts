// Generated from config/generated/services.ts.j2 and hdms/catalog.py by `inv generate`: edit those.
export const SERVICES: readonly string[] = [
    "user-service",
    "ticket-service",
    "communication-service",
    "file-service",
    "task-service",
];
