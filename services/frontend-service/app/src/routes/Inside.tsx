import { useDisclosure } from "@mantine/hooks";
import { Outlet } from "@tanstack/react-router";
import { SessionEnded } from "../features/sign-in/SessionEnded.tsx";
import { KeysDialog } from "../ui/KeysDialog.tsx";
import { useKeys } from "../ui/keys.ts";
import { Palette } from "../ui/Palette.tsx";
import { Shell } from "../ui/Shell.tsx";
import { useMe, useSignOut } from "./me.ts";

/** The frame of who is signed in, around one of their screens. */
export function Inside({ children }: { children?: React.ReactNode }) {
    const me = useMe();
    const signOut = useSignOut();
    const [keysShown, keys] = useDisclosure(false);
    useKeys(me, keys.open);
    return (
        <Shell person={me} onSignOut={signOut}>
            {children ?? <Outlet />}
            <Palette person={me} onSignOut={signOut} />
            <KeysDialog person={me} opened={keysShown} onClose={keys.close} />
            <SessionEnded person={me} />
        </Shell>
    );
}
