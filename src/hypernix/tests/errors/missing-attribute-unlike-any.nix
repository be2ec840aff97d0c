{ web.port = 80; }.web.address
