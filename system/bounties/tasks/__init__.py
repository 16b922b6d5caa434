"""Tasks that owners can post: folders of files that train and judge by themselves."""
