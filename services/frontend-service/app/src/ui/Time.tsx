import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";

const UNITS = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
    ["second", 1],
] as const;

/** A moment as people say it ("yesterday"); the exact time when one points at it. */
export function Time({ at }: { at: Date }) {
    const { i18n } = useTranslation();
    const exact = new Intl.DateTimeFormat(i18n.language, {
        dateStyle: "full",
        timeStyle: "short",
    }).format(at);
    return (
        <Tooltip label={exact}>
            <time dateTime={at.toISOString()}>{relative(at, new Date(), i18n.language)}</time>
        </Tooltip>
    );
}

/** @returns "5 minutes ago"; the date when it is more than a week away */
export function relative(at: Date, now: Date, language: string): string {
    const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
    const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
    const amount = Math.round(seconds / size);
    if (unit === "day" && Math.abs(amount) > 7) {
        return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(at);
    }
    return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(amount, unit);
}
