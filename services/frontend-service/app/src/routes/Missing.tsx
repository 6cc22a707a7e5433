import { Problem } from "../api/client.ts";
import { ErrorScreen } from "../ui/ErrorScreen.tsx";

const NOTHING_THERE = new Problem(404, "", {}, null);

export function Missing() {
    return <ErrorScreen error={NOTHING_THERE} />;
}
