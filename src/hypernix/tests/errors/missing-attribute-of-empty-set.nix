let settings = { }; in settings.port
