"""The processes of one installation: broker, web, worker, timetable, and what keeps them alive."""
