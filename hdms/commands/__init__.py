"""The commands: parse, call one function, show what it returned. Only here is Invoke known."""
