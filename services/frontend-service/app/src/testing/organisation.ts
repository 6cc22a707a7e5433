import type { Department, Person, Role } from "../api/people.ts";

/** A believable organisation, for tests and screenshots: of people only what the server says. */
const NAMES = [
    "Amina Yusuf",
    "Bilal Shah",
    "Farah Noor",
    "Ramiz Khan",
    "سعدیہ اقبال",
    "Sana Ali",
    "Tariq Mahmood",
    "عمر فاروق",
    "Zainab Hussain",
    "Имран Qureshi",
];
const DEPARTMENTS = [
    "Development",
    "Finance",
    "Procurement",
    "Maintenance",
    "IT",
    "Architecture",
    "Administration",
];

export function departments(): Department[] {
    const top = DEPARTMENTS.map((name, index) => ({
        id: index + 1,
        code: name.slice(0, 3).toUpperCase(),
        name,
        parent: null,
        head: index === 2 ? null : index + 2,
        is_open: index !== 5,
        may_request_approval: index < 4,
        version: 1,
    }));
    const below: Department = {
        id: 8,
        code: "GAR",
        name: "Garden and grounds",
        parent: 4,
        head: 9,
        is_open: true,
        may_request_approval: false,
        version: 1,
    };
    return [...top, below];
}

export function people(count: number): Person[] {
    return Array.from({ length: count }, (_, index) => person(index + 1));
}

export function person(id: number, change: Partial<Person> = {}): Person {
    const name = NAMES[(id - 1) % NAMES.length] ?? "";
    const role: Role = id === 1 ? "admin" : id % 17 === 0 ? "moderator" : "requester";
    return {
        id,
        employee_code: `E-${1000 + id}`,
        name,
        first_name: name.split(" ")[0] ?? "",
        last_name: name.split(" ").slice(1).join(" "),
        email: `e${1000 + id}@school.example`,
        role,
        is_approver: id % 9 === 0,
        is_active: id % 11 !== 0,
        departments: [1 + (id % 7)],
        language: "en",
        time_zone: "Asia/Karachi",
        version: 3,
        ...change,
    };
}
