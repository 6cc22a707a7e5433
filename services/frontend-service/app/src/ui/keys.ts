import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Person } from "../api/people.ts";
import { destinations } from "./navigation.ts";

const STORED = "hdms.single-keys";
const WHILE_MS = 1500;

/** Single keys can be switched off: who dictates, or types with a switch, needs them gone. */
export function singleKeys(): boolean {
    return localStorage.getItem(STORED) !== "off";
}

export function setSingleKeys(on: boolean): void {
    localStorage.setItem(STORED, on ? "on" : "off");
}

/** `g` and a screen's letter go there; `?` asks for the list. Nothing happens while one types. */
export function useKeys(person: Person, onHelp: () => void): void {
    const navigate = useNavigate();
    useEffect(() => {
        let begun = 0;
        function pressed(event: KeyboardEvent): void {
            if (!singleKeys() || isTyping(event)) {
                return;
            }
            const screen = destinations(person).find(({ keys }) => keys === event.key);
            if (event.key === "?") {
                onHelp();
            } else if (event.key === "g") {
                begun = event.timeStamp;
                return;
            } else if (screen && begun && event.timeStamp - begun < WHILE_MS) {
                void navigate({ to: screen.to });
            }
            begun = 0;
        }
        document.addEventListener("keydown", pressed);
        return () => document.removeEventListener("keydown", pressed);
    }, [person, navigate, onHelp]);
}

function isTyping(event: KeyboardEvent): boolean {
    const field =
        event.target instanceof HTMLElement &&
        event.target.closest("input, textarea, select, [contenteditable], [role=dialog]");
    return Boolean(field) || event.ctrlKey || event.metaKey || event.altKey;
}
