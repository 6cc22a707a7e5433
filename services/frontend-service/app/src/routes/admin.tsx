import { getRouteApi, useNavigate, useParams } from "@tanstack/react-router";
import { People } from "../features/admin/People.tsx";
import { PersonScreen } from "../features/admin/PersonScreen.tsx";

const peopleRoute = getRouteApi("/inside/people");

export function PeopleScreen() {
    const filter = peopleRoute.useSearch();
    const navigate = useNavigate({ from: "/people" });
    return (
        <People
            filter={filter}
            onFilter={(search) => void navigate({ search, replace: true, resetScroll: false })}
        />
    );
}

export function OnePersonScreen() {
    const { id } = useParams({ from: "/inside/people/$id" });
    return <PersonScreen key={id} id={id} />;
}
