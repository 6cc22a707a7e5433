import {
    IconAlertTriangle,
    IconBan,
    IconCircleCheck,
    IconHourglass,
    IconProgress,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Tone } from "../theme/tokens.ts";
import classes from "./ToneMark.module.css";

const SHAPES = {
    waiting: IconHourglass,
    working: IconProgress,
    done: IconCircleCheck,
    late: IconAlertTriangle,
    refused: IconBan,
} as const;

/** A state: its word, with a colour and a shape of the same meaning. */
export function ToneMark({ tone, children }: { tone: Tone; children: ReactNode }) {
    const Shape = SHAPES[tone];
    return (
        <span className={classes.mark} data-tone={tone}>
            <Shape size={14} aria-hidden />
            {children}
        </span>
    );
}
