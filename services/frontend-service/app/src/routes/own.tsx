import { Home } from "../features/home/Home.tsx";
import { Preferences } from "../features/profile/Preferences.tsx";
import { Profile } from "../features/profile/Profile.tsx";
import { useMe } from "./me.ts";

export function HomeScreen() {
    return <Home person={useMe()} />;
}

export function ProfileScreen() {
    return <Profile person={useMe()} />;
}

export function PreferencesScreen() {
    return <Preferences person={useMe()} />;
}
