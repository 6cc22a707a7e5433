import { Group } from "@mantine/core";
import type { ReactNode } from "react";
import { Brand } from "./Brand.tsx";
import { OfflineBanner } from "./OfflineBanner.tsx";

/** A screen without the frame: nobody is signed in, or it is not known who. */
export function Bare({ children }: { children: ReactNode }) {
    return (
        <>
            <Group component="header" px="md" h={56}>
                <Brand />
            </Group>
            <main style={{ padding: 24 }}>{children}</main>
            <OfflineBanner />
        </>
    );
}
