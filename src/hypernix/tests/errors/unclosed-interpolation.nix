"http://${host/"
