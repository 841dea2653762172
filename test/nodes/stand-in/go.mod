// Builds the stand-in for the agent memory service that the tests of availability put under load: it answers in
// microseconds, so that two cores suffice for both sides.
module agent-platform.example/test/stand-in

go 1.26.0
